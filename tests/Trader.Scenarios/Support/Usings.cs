global using OrderSide = Trader.PaperExchange.Engine.OrderSide;
global using Side = Trader.PaperExchange.Engine.PositionSide;
