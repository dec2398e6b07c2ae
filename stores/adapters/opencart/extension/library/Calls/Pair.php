<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Clock;
use XeroConnector\Http\Hooks;
use XeroConnector\Settings;

/** Keeps where the connector is, and tries whether it can be reached from here. */
final class Pair implements Call
{
    /** @var Settings */
    private $settings;

    /** @var Hooks */
    private $hooks;

    /** @var Clock */
    private $clock;

    public function __construct(Settings $settings, Hooks $hooks, Clock $clock)
    {
        $this->settings = $settings;
        $this->hooks = $hooks;
        $this->clock = $clock;
    }

    public function answer(Parameters $parameters): array
    {
        $values = [
            'callback' => $parameters->address('callback'),
            'app' => $parameters->address('app'),
            'store' => $parameters->text('store', 100),
            'paired_at' => Clock::iso($this->clock->now()),
            'reached' => '',
            'error' => '',
            'quiet_until' => '',
        ];
        $reach = $parameters->truth('reach', true);
        $parameters->nothingElse();
        $this->settings->set($values);
        return $reach ? $this->hooks->greet() : ['reached' => false, 'error' => '', 'status' => 0];
    }
}
