"""The pages on which a store's mapping is edited: one for each subject."""
