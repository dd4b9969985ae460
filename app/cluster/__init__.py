"""The embedded default: a private PostgreSQL+PostGIS cluster for `gatami run` and for the tests."""

from app.cluster.binaries import Binaries, find_binaries
from app.cluster.errors import ClusterError
from app.cluster.place import DataFolderLock
from app.cluster.server import Cluster

__all__ = ["Binaries", "Cluster", "ClusterError", "DataFolderLock", "find_binaries"]
