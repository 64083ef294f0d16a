"""Doors of people's rights: their own pages, and the desk's."""

from fastapi import APIRouter

from app.rights.desk_pages import router as desk_router
from app.rights.pages import router as pages_router

router = APIRouter()
router.include_router(pages_router)
router.include_router(desk_router)
