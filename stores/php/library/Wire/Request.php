<?php
declare(strict_types=1);

namespace XeroConnector\Wire;

/** One request as it came. The body is read when it is asked for, and never more than one byte over the limit. */
final class Request
{
    public const LIMIT = 262144;

    /** @var array<string, mixed> */
    private $server;

    /** @var string */
    private $stream;

    /** @var string|null */
    private $body;

    /**
     * @param array<string, mixed> $server PHP's own $_SERVER, not what OpenCart made of it
     * @param string $stream where the body is: "php://input"
     */
    public function __construct(array $server, string $stream)
    {
        $this->server = $server;
        $this->stream = $stream;
    }

    public function method(): string
    {
        return (string) ($this->server['REQUEST_METHOD'] ?? '');
    }

    /** @param string $name without "X-Connector-": "Key", "Timestamp", "Nonce", "Signature" */
    public function header(string $name): string
    {
        return (string) ($this->server['HTTP_X_CONNECTOR_' . strtoupper($name)] ?? '');
    }

    public function isTooLong(): bool
    {
        return (int) ($this->server['CONTENT_LENGTH'] ?? 0) > self::LIMIT || strlen($this->body()) > self::LIMIT;
    }

    public function body(): string
    {
        if ($this->body === null) {
            $this->body = (string) file_get_contents($this->stream, false, null, 0, self::LIMIT + 1);
        }
        return $this->body;
    }
}
