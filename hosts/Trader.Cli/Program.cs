using Trader.Cli;
using Trader.Cli.CommandLine;

using var interrupt = new Interrupt();
return await Entry.RunAsync(args, Verbs.All(), Terminal.Real(), interrupt.Token);
