"""Doors of hall: the operators' desk, the big screen, and both for programs."""

from fastapi import APIRouter

from app.hall.api import router as api
from app.hall.pages import router as pages
from app.hall.screen_pages import router as screen_pages

router = APIRouter()
router.include_router(api)
router.include_router(pages)
router.include_router(screen_pages)
