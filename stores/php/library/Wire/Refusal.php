<?php
declare(strict_types=1);

namespace XeroConnector\Wire;

use RuntimeException;

/** Why a request is not served: a status of HTTP, a code for the connector, a sentence for the shop's owner. */
final class Refusal extends RuntimeException
{
    /** @var int */
    private $status;

    /** @var string */
    private $reason;

    /** @var array<string, mixed> */
    private $facts;

    /** @param array<string, mixed> $facts beside code and message: "field", "now" */
    public function __construct(int $status, string $reason, string $message, array $facts = [])
    {
        parent::__construct($message);
        $this->status = $status;
        $this->reason = $reason;
        $this->facts = $facts;
    }

    public static function ofParameter(string $field, string $message): self
    {
        return new self(422, 'bad_parameter', $message, ['field' => $field]);
    }

    public function answer(): Answer
    {
        $error = array_merge(['code' => $this->reason, 'message' => $this->getMessage()], $this->facts);
        return new Answer($this->status, ['error' => $error]);
    }

    /** @return string the code */
    public function reason(): string
    {
        return $this->reason;
    }
}
