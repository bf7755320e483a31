"""An open model of a provincial materials industry: data and scenario in, a certified pathway out."""
