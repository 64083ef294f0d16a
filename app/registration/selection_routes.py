"""Doors of selection: the moderators' page and its calls."""

from fastapi import APIRouter

from app.registration.selection_api import router as api_router
from app.registration.selection_pages import router as pages_router

router = APIRouter()
router.include_router(api_router)
router.include_router(pages_router)
