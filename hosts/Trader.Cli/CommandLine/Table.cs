namespace Trader.Cli.CommandLine;

/// <summary>Columns as wide as their widest cell.</summary>
internal sealed class Table(params string[] header)
{
    private readonly List<string[]> _rows = [];

    public Table Fill(IEnumerable<string[]> rows)
    {
        _rows.AddRange(rows);
        return this;
    }

    public void Write(TextWriter output, string indent = "")
    {
        var widths = Enumerable.Range(0, header.Length)
            .Select(column => _rows.Append(header).Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows.Prepend(header))
        {
            output.WriteLine((indent + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])))).TrimEnd());
        }
    }
}
