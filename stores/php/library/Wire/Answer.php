<?php
declare(strict_types=1);

namespace XeroConnector\Wire;

/** What is said back: JSON, signed for one nonce. */
final class Answer
{
    private const JSON = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE;

    /** @var int */
    private $status;

    /** @var string */
    private $body;

    /** @var string|null */
    private $signature;

    /** @param array<string, mixed> $content */
    public function __construct(int $status, array $content)
    {
        $this->status = $status;
        $this->body = (string) json_encode($content, self::JSON);
    }

    public function signed(string $secret, string $nonce): self
    {
        $answer = clone $this;
        $answer->signature = Signature::ofAnswer($secret, $nonce, $this->body);
        return $answer;
    }

    public function status(): int
    {
        return $this->status;
    }

    public function body(): string
    {
        return $this->body;
    }

    public function signature(): ?string
    {
        return $this->signature;
    }

    /** Sends it, and drops what other code printed before, where PHP still holds that. */
    public function send(): void
    {
        while (ob_get_level() > 0 && ob_end_clean()) {
            continue;
        }
        $isLate = headers_sent();
        if (!$isLate) {
            http_response_code($this->status);
            header('Content-Type: application/json; charset=utf-8');
            header('Cache-Control: no-store');
            header_remove('Content-Encoding');
            if ($this->signature !== null) {
                header('X-Connector-Answer: ' . $this->signature);
            }
        }
        echo $isLate ? $this->bodyWithSignature() : $this->body;
    }

    /** Where the headers left with what other code had printed, the signature stands on a line before the body. */
    public function bodyWithSignature(): string
    {
        $line = "\nX-Connector-Answer: " . $this->signature . "\n";
        return $this->signature === null ? $this->body : $line . $this->body;
    }
}
