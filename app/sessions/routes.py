"""Doors of sessions."""

from fastapi import APIRouter

from app.sessions.agenda_api import router as agenda
from app.sessions.api import router as api
from app.sessions.copying_pages import router as copying
from app.sessions.planning import router as planning
from app.sessions.public import router as public
from app.sessions.series_pages import router as series
from app.sessions.setup import router as setup
from app.sessions.staffpages import router as staff
from app.sessions.summary import router as summary

router = APIRouter()
router.include_router(api)
router.include_router(agenda)
router.include_router(public)
router.include_router(series)
router.include_router(setup)
router.include_router(copying)
router.include_router(planning)
router.include_router(staff)
router.include_router(summary)
