"""Doors of sessions."""

from fastapi import APIRouter

from app.sessions.api import router as api

router = APIRouter()
router.include_router(api)
