"""Doors of sessions."""

from fastapi import APIRouter

from app.sessions.api import router as api
from app.sessions.planning import router as planning
from app.sessions.public import router as public
from app.sessions.setup import router as setup
from app.sessions.staffpages import router as staff
from app.sessions.summary import router as summary

router = APIRouter()
router.include_router(api)
router.include_router(public)
router.include_router(setup)
router.include_router(planning)
router.include_router(staff)
router.include_router(summary)
