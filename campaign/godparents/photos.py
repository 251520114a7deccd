"""A godparent's photo: made, put there to wait for an organiser, found for whoever asks for a file.

The one that is shown and the one that waits lie side by side; `standing.show_photo` puts the one in the other's place.
What is said of those that are shown (sizes, credit) comes from `queries.photos`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.godparents.models import Godparent, Photo, PhotoFile
from campaign.godparents.queries import PUBLIC
from campaign.pictures import SIZES, Picture


def made(picture: Picture, credit: str, now: datetime) -> Photo:
    """A photo that waits for an organiser, for `service.join` or `put`."""
    return Photo(
        shown=False,
        version=picture.version,
        width=picture.width,
        height=picture.height,
        credit=credit,
        created_at=now,
        files=[PhotoFile(size=file.size, format=file.format, content=file.content) for file in picture.files],
    )


def put(session: Session, godparent: Godparent, photo: Photo) -> None:
    """Have a photo wait, in place of one that waits already. The one that is shown stays until somebody decides."""
    drop(session, godparent, shown=False)
    photo.later = godparent.public
    godparent.photos.append(photo)
    session.flush()


def drop(session: Session, godparent: Godparent, *, shown: bool) -> bool:
    """Throw away the photo that is shown, or the one that waits; False if there is none."""
    dropped = [photo for photo in godparent.photos if photo.shown is shown]
    for photo in dropped:
        godparent.photos.remove(photo)
    session.flush()
    return bool(dropped)


def find_file(session: Session, slug: str, version: str, size: int, kind: str) -> bytes | None:
    """One file of the photo that everybody may see now; None for any other, and while the godparent is not public."""
    query = (
        select(PhotoFile.content)
        .join(Photo, Photo.id == PhotoFile.photo_id)
        .join(Godparent, Godparent.id == Photo.godparent_id)
        .where(PUBLIC, Godparent.slug == slug, Photo.shown, Photo.version == version)
        .where(PhotoFile.size == size, PhotoFile.format == kind)
    )
    return session.scalars(query).one_or_none()


def largest(
    session: Session, godparent_id: int, *, shown: bool = True, kind: str = "jpeg", most: int = SIZES[-1]
) -> bytes:
    """The largest file of `most` pixels; empty if there is none. Does not ask who is public: that is the caller's part.

    With `shown=False` it is the photo that waits: for the desk, and for the godparent's own page.
    """
    query = (
        select(PhotoFile.content)
        .join(Photo, Photo.id == PhotoFile.photo_id)
        .where(Photo.godparent_id == godparent_id, Photo.shown.is_(shown))
        .where(PhotoFile.format == kind, PhotoFile.size <= most)
        .order_by(PhotoFile.size.desc())
    )
    return session.scalars(query.limit(1)).first() or b""
