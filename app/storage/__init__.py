"""Photo bytes: what comes in is decoded, stripped and encoded anew; it is kept in one private folder."""

from app.storage.blurring import Region, blur
from app.storage.files import PhotoStore, Size
from app.storage.images import Processed, process
from app.storage.position import Taken, gps, where_taken
from app.storage.refusal import Code, PhotoRefused

__all__ = [
    "Code",
    "PhotoRefused",
    "PhotoStore",
    "Processed",
    "Region",
    "Size",
    "Taken",
    "blur",
    "gps",
    "process",
    "where_taken",
]
