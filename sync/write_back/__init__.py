"""Tell the shops: `write` what each is owed, `states` how its orders and products stand."""
