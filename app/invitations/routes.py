"""Doors of invitations."""

from fastapi import APIRouter

from app.invitations.api import router as api
from app.invitations.desk_pages import router as desk_pages
from app.invitations.pages import router as pages

router = APIRouter()
router.include_router(api)
router.include_router(pages)
router.include_router(desk_pages)
