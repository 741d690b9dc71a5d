"""The front desk's forms: new booking, walk-in, find, blocked time, the day sheet. May import what the console may."""
