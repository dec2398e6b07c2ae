<?php
declare(strict_types=1);

namespace XeroConnector\Http;

/** What a server said, or why it said nothing. */
final class Reply
{
    /** @var int */
    private $status;

    /** @var string */
    private $body;

    /** @var string */
    private $error;

    /**
     * @param int $status 0 where nobody answered
     * @param string $error "" where somebody did
     */
    public function __construct(int $status, string $body, string $error = '')
    {
        $this->status = $status;
        $this->body = $body;
        $this->error = $error;
    }

    public function status(): int
    {
        return $this->status;
    }

    public function error(): string
    {
        return $this->error;
    }

    /** @return array<string, mixed> [] where the body is no JSON object */
    public function content(): array
    {
        $content = json_decode($this->body, true);
        return is_array($content) ? $content : [];
    }
}
