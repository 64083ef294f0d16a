"""Doors of invitations."""

from fastapi import APIRouter

from app.invitations.api import router as api

router = APIRouter()
router.include_router(api)
