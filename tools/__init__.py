"""Programs that make files of the repository; none is part of site_gen."""
