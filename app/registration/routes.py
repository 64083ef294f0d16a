"""Doors of registration."""

from fastapi import APIRouter

from app.registration.api import router as api
from app.registration.selection_routes import router as selection

router = APIRouter()
router.include_router(api)
router.include_router(selection)
