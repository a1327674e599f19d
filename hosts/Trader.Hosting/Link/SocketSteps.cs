using System.Net;
using System.Net.Sockets;

namespace Trader.Hosting.Link;

/// <summary>
/// Socket operations that answer with a <see cref="SocketError"/> instead of an exception: a refused connection is an
/// everyday answer here, and the first exception of a process costs more than the 20 ms in which a death must be
/// noticed.
/// </summary>
internal static class SocketSteps
{
    public static async Task<SocketError> Connect(
        Socket socket, EndPoint address, TimeSpan within, CancellationToken stop)
    {
        using var step = new Step { RemoteEndPoint = address };
        if (!socket.ConnectAsync(step))
        {
            return step.SocketError;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(within);
        using var cancel = deadline.Token.Register(() => Socket.CancelConnectAsync(step));
        return await step.Done.ConfigureAwait(false);
    }

    /// <summary>Ends with <see cref="SocketError.OperationAborted"/> when the socket is disposed meanwhile.</summary>
    public static async Task<(SocketError Error, int Count)> Receive(Socket socket, Memory<byte> buffer)
    {
        using var step = new Step();
        step.SetBuffer(buffer);
        try
        {
            if (!socket.ReceiveAsync(step))
            {
                return (step.SocketError, step.BytesTransferred);
            }
        }
        catch (ObjectDisposedException)
        {
            return (SocketError.OperationAborted, 0);
        }

        var error = await step.Done.ConfigureAwait(false);
        return (error, step.BytesTransferred);
    }

    /// <summary>Sends all of it; a request of ours fits the socket's buffer.</summary>
    public static async Task<SocketError> Send(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            using var step = new Step();
            step.SetBuffer(System.Runtime.InteropServices.MemoryMarshal.AsMemory(bytes));
            try
            {
                if (socket.SendAsync(step))
                {
                    await step.Done.ConfigureAwait(false);
                }
            }
            catch (ObjectDisposedException)
            {
                return SocketError.OperationAborted;
            }

            if (step.SocketError != SocketError.Success)
            {
                return step.SocketError;
            }

            bytes = bytes[step.BytesTransferred..];
        }

        return SocketError.Success;
    }

    private sealed class Step : SocketAsyncEventArgs
    {
        private readonly TaskCompletionSource<SocketError> _done = new(
            TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<SocketError> Done => _done.Task;

        protected override void OnCompleted(SocketAsyncEventArgs e) => _done.TrySetResult(e.SocketError);
    }
}
