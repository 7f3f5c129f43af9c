"""Files that front ends upload and have imported: kept in their tenant's folder until that is done."""
