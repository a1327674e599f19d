using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Trader.Hosting.Tests")]
