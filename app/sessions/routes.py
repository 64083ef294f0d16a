"""Doors of sessions."""

from fastapi import APIRouter

from app.sessions.api import router as api
from app.sessions.public import router as public
from app.sessions.summary import router as summary

router = APIRouter()
router.include_router(api)
router.include_router(public)
router.include_router(summary)
