"""Doors of the record: the desk's, those of who attended, and everybody's."""

from fastapi import APIRouter

from app.record.amending_pages import router as amending_pages
from app.record.correction_desk import router as correction_desk
from app.record.correction_pages import router as correction_pages
from app.record.desk_pages import router as desk_pages
from app.record.public_pages import router as public_pages
from app.record.signed_pages import router as signed_pages
from app.record.template_pages import router as template_pages

router = APIRouter()
router.include_router(correction_desk)
router.include_router(desk_pages)
router.include_router(amending_pages)
router.include_router(signed_pages)
router.include_router(correction_pages)
router.include_router(public_pages)
router.include_router(template_pages)
