"""The environment of processes that share a small machine: allocators that give memory back instead of hoarding it."""

SMALL_HEAP = {
    "MALLOC_ARENA_MAX": "2",  # glibc, one arena per thread otherwise
    "MALLOC_TRIM_THRESHOLD_": "131072",
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0",  # jemalloc inside polars
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
