namespace Trader.Tidy;

/// <summary>One file of the repository.</summary>
/// <param name="Path">From the root, with <c>/</c>.</param>
internal sealed record RepositoryFile(string Path, string Text)
{
    /// <summary>Number of the line, from 1, that holds an offset of the text.</summary>
    public int LineOf(int offset) => 1 + Text.AsSpan(0, offset).Count('\n');

    public string At(int offset) => $"{Path}:{LineOf(offset)}";
}

/// <summary>The repository these tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] Made = ["bin", "obj", "out", "state", "TestResults", ".git", ".vs", "node_modules"];

    public static string Root { get; } = FindRoot();

    /// <summary>Files below some folders whose name ends in one of the endings; nothing that was made by a build.</summary>
    public static IReadOnlyList<RepositoryFile> Files(IReadOnlyList<string> folders, params string[] endings) =>
        [.. folders.Select(f => Path.Combine(Root, f)).Where(Directory.Exists).SelectMany(Walk)
            .Where(path => endings.Any(e => path.EndsWith(e, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal).Select(Read)];

    public static RepositoryFile File(string path) => Read(Path.Combine(Root, path));

    public static bool Has(string path) => System.IO.File.Exists(Path.Combine(Root, path));

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder).Concat(
            Directory.EnumerateDirectories(folder).Where(d => !Made.Contains(Path.GetFileName(d))).SelectMany(Walk));

    private static RepositoryFile Read(string path) =>
        new(Path.GetRelativePath(Root, path).Replace('\\', '/'), System.IO.File.ReadAllText(path));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Trader.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("no Trader.sln above the test assembly");
    }
}
