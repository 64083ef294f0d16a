"""Doors of papers: printing, scans, and the grid of keyed forms."""

from fastapi import APIRouter

from app.papers.keying_pages import router as keying
from app.papers.pages import router as pages
from app.papers.scan_pages import router as scans

router = APIRouter()
router.include_router(keying)
router.include_router(pages)
router.include_router(scans)
