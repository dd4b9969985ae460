"""Outgoing channels, one file each: copy one, name it in channels.py and routing's Channel; there it is."""

from app.delivery.channels import Channel, make_channels
from app.delivery.outcome import DeliveryFailed, DeliveryUnknown, Trouble, in_words, note
from app.delivery.parcel import Contact, Parcel, Picture, Told

__all__ = [
    "Channel",
    "Contact",
    "DeliveryFailed",
    "DeliveryUnknown",
    "Parcel",
    "Picture",
    "Told",
    "Trouble",
    "in_words",
    "make_channels",
    "note",
]
