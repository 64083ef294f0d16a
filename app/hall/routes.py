"""Doors of hall: the operators' desk, the big screen, and both for programs."""

from fastapi import APIRouter

from app.hall.api import router as api

router = APIRouter()
router.include_router(api)
