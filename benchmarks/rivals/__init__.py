"""The sites of the programs that site_gen is measured against, made of the same corpus."""
