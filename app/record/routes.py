"""Doors of the record: the desk's and everybody's."""

from fastapi import APIRouter

from app.record.desk_pages import router as desk_pages
from app.record.public_pages import router as public_pages
from app.record.signed_pages import router as signed_pages

router = APIRouter()
router.include_router(desk_pages)
router.include_router(signed_pages)
router.include_router(public_pages)
