"""Stand-in for the package of AWS's XGBoost images that scripts import from: see `penstock_image.offered`."""
