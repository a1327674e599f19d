using System.Runtime.CompilerServices;

// A pass through the gate is made of the atomic step's answer in Redis, and of nothing else (S6). The test assemblies play that step.
[assembly: InternalsVisibleTo("Trader.Redis")]
[assembly: InternalsVisibleTo("Trader.Actors.Tests")]
[assembly: InternalsVisibleTo("Trader.Exchange.Tests")]
