package pavior.extra.shape

deny contains {"message": "carts are small"} if input.unit.name == "cartservice"
