"""The tests of site_gen. Whole-site tests build their site with `tests.support.SiteTest`."""
