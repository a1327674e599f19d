using System.Globalization;
using System.Text;

namespace Trader.Redis.Tests.Support;

/// <summary>Writes values as a server would; the counterpart the reader is checked against.</summary>
public static class RespEncoder
{
    public static byte[] Encode(RespValue value)
    {
        MemoryStream output = new();
        Write(output, value);
        return output.ToArray();
    }

    private static void Write(Stream output, RespValue value)
    {
        switch (value.Kind)
        {
            case RespKind.Null:
                Line(output, "_");
                break;
            case RespKind.SimpleString:
                Text(output, "+", value);
                break;
            case RespKind.Error:
                Body(output, "!", "", value);
                break;
            case RespKind.Integer:
                value.TryInteger(out long integer);
                Line(output, string.Create(CultureInfo.InvariantCulture, $":{integer}"));
                break;
            case RespKind.BulkString:
                Body(output, "$", "", value);
                break;
            case RespKind.Boolean:
                value.TryInteger(out long truth);
                Line(output, truth == 1 ? "#t" : "#f");
                break;
            case RespKind.Double:
                value.TryDouble(out double number);
                Line(output, "," + Format(number));
                break;
            case RespKind.BigNumber:
                Text(output, "(", value);
                break;
            case RespKind.Verbatim:
                Body(output, "=", "txt:", value);
                break;
            case RespKind.Array:
                Aggregate(output, "*", value, 1);
                break;
            case RespKind.Map:
                Aggregate(output, "%", value, 2);
                break;
            case RespKind.Set:
                Aggregate(output, "~", value, 1);
                break;
            case RespKind.Push:
                Aggregate(output, ">", value, 1);
                break;
            default:
                throw new InvalidOperationException($"unknown kind {value.Kind}");
        }
    }

    private static string Format(double number) =>
        double.IsNaN(number) ? "nan"
        : double.IsPositiveInfinity(number) ? "inf"
        : double.IsNegativeInfinity(number) ? "-inf"
        : number.ToString("R", CultureInfo.InvariantCulture);

    private static void Aggregate(Stream output, string marker, RespValue value, int perEntry)
    {
        Line(output, string.Create(CultureInfo.InvariantCulture, $"{marker}{value.Items.Length / perEntry}"));
        foreach (RespValue item in value.Items)
        {
            Write(output, item);
        }
    }

    private static void Body(Stream output, string marker, string prefix, RespValue value)
    {
        Line(output, string.Create(CultureInfo.InvariantCulture, $"{marker}{prefix.Length + value.Bytes.Length}"));
        output.Write(Encoding.ASCII.GetBytes(prefix));
        output.Write(value.Bytes.Span);
        Line(output, "");
    }

    private static void Text(Stream output, string marker, RespValue value)
    {
        output.Write(Encoding.ASCII.GetBytes(marker));
        output.Write(value.Bytes.Span);
        Line(output, "");
    }

    private static void Line(Stream output, string text) => output.Write(Encoding.ASCII.GetBytes(text + "\r\n"));
}
