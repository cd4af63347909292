"""The open data of the RDW, the Dutch register of vehicles: `customers.ports.VehicleRegister` over HTTP."""
