using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Trader.Redis;

/// <summary>Opens the byte stream below a connection: TCP without Nagle's delay, and TLS when the endpoint asks for
/// it.</summary>
internal static class RedisTransport
{
    /// <summary>The stream, or why there is none. Cancellation is an answer too: the connect timeout ends that
    /// way.</summary>
    public static async Task<(Stream? Stream, RedisDown? Down)> Open(
        RedisEndpoint endpoint, RedisTls tls, CancellationToken cancel)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(endpoint.Host, endpoint.Port, cancel).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (!endpoint.UseTls)
            {
                return Opened(ref stream);
            }

            SslStream secure = new(stream, leaveInnerStreamOpen: false);
            stream = secure;
            await secure.AuthenticateAsClientAsync(Authentication(endpoint, tls), cancel).ConfigureAwait(false);
            return Opened(ref stream);
        }
        catch (OperationCanceledException)
        {
            return (null, stream is null
                ? new RedisDown(RedisDownReason.Unreachable, $"{endpoint}: no answer within the connect timeout")
                : new RedisDown(RedisDownReason.TlsFailed, $"{endpoint}: connected, but TLS was not answered in time"));
        }
        catch (SocketException e)
        {
            return (null, new RedisDown(RedisDownReason.Unreachable, $"{endpoint}: {e.SocketErrorCode}"));
        }
        catch (Exception e) when (e is AuthenticationException or IOException or CryptographicException
            or UnauthorizedAccessException)
        {
            return (null, new RedisDown(RedisDownReason.TlsFailed, $"{endpoint}: {e.Message}"));
        }
        finally
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
            else if (!socket.Connected)
            {
                socket.Dispose();
            }
        }
    }

    /// <summary>Hands the stream to the caller and takes it out of this method's clean-up.</summary>
    private static (Stream, RedisDown?) Opened(ref Stream? stream)
    {
        Stream opened = stream!;
        stream = null;
        return (opened, null);
    }

    private static SslClientAuthenticationOptions Authentication(RedisEndpoint endpoint, RedisTls tls)
    {
        SslClientAuthenticationOptions options = new() { TargetHost = endpoint.Host };
        if (tls.CaFile.Length > 0)
        {
            // A private authority publishes no revocation list, so there is none to ask.
            X509ChainPolicy policy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(tls.CaFile);
            options.CertificateChainPolicy = policy;
        }

        if (tls.CertificateFile.Length > 0)
        {
            options.ClientCertificates =
            [
                X509Certificate2.CreateFromPemFile(tls.CertificateFile, tls.KeyFile.Length > 0 ? tls.KeyFile : null),
            ];
        }

        return options;
    }
}
