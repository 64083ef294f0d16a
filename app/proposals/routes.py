"""Doors of proposals: calls of programs, pages of the desk, pages of the public."""

from fastapi import APIRouter

from app.proposals.answer_pages import router as answers
from app.proposals.api import router as api
from app.proposals.dapil_pages import router as dapil
from app.proposals.desk import router as desk
from app.proposals.handing_pages import router as handing
from app.proposals.pages import router as pages
from app.proposals.photo_api import router as photo_api
from app.proposals.photo_pages import router as photos
from app.proposals.series_pages import router as series

router = APIRouter()
router.include_router(api)
router.include_router(photo_api)
router.include_router(desk)
router.include_router(handing)
router.include_router(answers)
router.include_router(dapil)
router.include_router(photos)
router.include_router(pages)
router.include_router(series)
