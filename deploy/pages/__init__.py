"""Other people's files that the pages need, fetched and fitted on a developer's machine."""
