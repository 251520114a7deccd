"""Shared web machinery: headers, form tokens, limits, page cache, errors."""
