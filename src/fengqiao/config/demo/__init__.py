"""The demonstration district 云汀区 Yunting: invented places, people and 90 days of contacts. Never in production."""
