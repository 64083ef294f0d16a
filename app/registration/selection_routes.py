"""Doors of selection: the moderators' page and its calls."""

from fastapi import APIRouter

from app.registration.selection_api import router as api_router

router = APIRouter()
router.include_router(api_router)
