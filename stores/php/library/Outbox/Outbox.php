<?php
declare(strict_types=1);

namespace XeroConnector\Outbox;

use Throwable;
use XeroConnector\Log;

/**
 * What the shop's events call: a change is written down, and the connector gets a hint of it later.
 *
 * Nothing here may stop what the shop is doing. A change that cannot be written down goes to the shop's error log;
 * the connector finds it when it next compares.
 */
class Outbox
{
    /** @var Events */
    private $events;

    /** @var Hints */
    private $hints;

    /** @var Log */
    private $log;

    /** @var array<string, bool> what this request has written already */
    private $written = [];

    public function __construct(Events $events, Hints $hints, Log $log)
    {
        $this->events = $events;
        $this->hints = $hints;
        $this->log = $log;
    }

    /** @param string $kind "order", "customer" or "product" */
    public function changed(string $kind, int $id): void
    {
        $this->write($kind, $id, 'changed');
    }

    /** @param string $kind "customer" or "product" */
    public function deleted(string $kind, int $id): void
    {
        $this->write($kind, $id, 'deleted');
    }

    protected function write(string $kind, int $id, string $what): void
    {
        if ($id <= 0 || isset($this->written[$kind . $id . $what])) {
            return;
        }
        $this->written[$kind . $id . $what] = true;
        $this->safely(function () use ($kind, $id, $what): void {
            $this->events->add($kind, $id, $what);
            $this->hints->sendLater();
        });
    }

    protected function safely(callable $work): void
    {
        try {
            $work();
        } catch (Throwable $error) {
            $this->log->log('Xero connector: a change was not written down: ' . $error->getMessage());
        }
    }
}
