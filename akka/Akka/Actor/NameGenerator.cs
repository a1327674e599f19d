namespace Akka.Actor;

/// <summary>The names of actors that were given none: <c>$a</c>, <c>$b</c>, ...</summary>
internal static class NameGenerator
{
    private const string Digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";

    internal static string Generate(long number)
    {
        Span<char> text = stackalloc char[12];
        var length = 0;
        text[length++] = '$';
        do
        {
            text[length++] = Digits[(int)(number & 63)];
            number >>= 6;
        }
        while (number > 0);
        return new string(text[..length]);
    }
}
