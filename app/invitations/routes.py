"""Doors of invitations."""

from fastapi import APIRouter

from app.invitations.api import router as api
from app.invitations.desk_pages import router as desk_pages
from app.invitations.own_seat import api as own_seat_api
from app.invitations.own_seat import router as own_seat
from app.invitations.pages import router as pages

router = APIRouter()
router.include_router(api)
router.include_router(own_seat_api)
router.include_router(pages)
router.include_router(own_seat)
router.include_router(desk_pages)
