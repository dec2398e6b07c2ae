<?php
declare(strict_types=1);

namespace XeroConnector;

use Throwable;
use XeroConnector\Books\KnownRecords;
use XeroConnector\Books\ProductAccounts;
use XeroConnector\Books\States;
use XeroConnector\Calls\AddHistory;
use XeroConnector\Calls\CountOrders;
use XeroConnector\Calls\KeepStates;
use XeroConnector\Calls\ListEvents;
use XeroConnector\Calls\ListOrders;
use XeroConnector\Calls\ListRecords;
use XeroConnector\Calls\ListStock;
use XeroConnector\Calls\LocalRecords;
use XeroConnector\Calls\OrderCondition;
use XeroConnector\Calls\Pair;
use XeroConnector\Calls\Probe;
use XeroConnector\Calls\SetStock;
use XeroConnector\Calls\Unpair;
use XeroConnector\Database\Query;
use XeroConnector\Database\Schema;
use XeroConnector\Database\ShopQuery;
use XeroConnector\Database\ShopSettings;
use XeroConnector\Database\Tables;
use XeroConnector\Http\CurlSender;
use XeroConnector\Http\Hooks;
use XeroConnector\Http\Sender;
use XeroConnector\Http\Wishes;
use XeroConnector\Outbox\DeletedOrders;
use XeroConnector\Outbox\Events;
use XeroConnector\Outbox\Hints;
use XeroConnector\Outbox\ShopOutbox;
use XeroConnector\Paging\CustomerSelection;
use XeroConnector\Paging\OrderSelection;
use XeroConnector\Paging\ProductSelection;
use XeroConnector\Reading\Customers;
use XeroConnector\Reading\CustomFields;
use XeroConnector\Reading\Languages;
use XeroConnector\Reading\Methods;
use XeroConnector\Reading\OrderParts;
use XeroConnector\Reading\Orders;
use XeroConnector\Reading\Places;
use XeroConnector\Reading\ProductFacts;
use XeroConnector\Reading\Products;
use XeroConnector\Reading\Shop;
use XeroConnector\Reading\Stock;
use XeroConnector\Wire\Guard;
use XeroConnector\Wire\Nonces;

/**
 * Puts the library together for a shop. The controllers of both versions of OpenCart talk to this class alone.
 *
 * It is made from what OpenCart has: its database object, its prefix of tables, its config (with `get`), and what only
 * that version can do.
 */
final class Connector
{
    /** @var Query */
    private $query;

    /** @var object */
    private $config;

    /** @var Platform */
    private $platform;

    /** @var Sender */
    private $sender;

    /** @var Clock */
    private $clock;

    /** @var array<string, object> what was made already */
    private $made = [];

    /**
     * @param object $db query, escape, countAffected
     * @param object $config get
     */
    public function __construct(
        $db,
        string $prefix,
        $config,
        Platform $platform,
        ?Sender $sender = null,
        ?Clock $clock = null
    ) {
        $this->query = new ShopQuery($db, $prefix);
        $this->config = $config;
        $this->platform = $platform;
        $this->sender = $sender ?? new CurlSender();
        $this->clock = $clock ?? new Clock();
    }

    public function api(): Api
    {
        $guard = new Guard($this->settings(), new Nonces($this->query), $this->clock);
        return new Api($guard, $this->calls(), $this->settings(), $this->clock, $this->platform);
    }

    public function settings(): Settings
    {
        return $this->once(Settings::class, function (): Settings {
            return new Settings(new ShopSettings($this->query));
        });
    }

    public function outbox(): ShopOutbox
    {
        return $this->once(ShopOutbox::class, function (): ShopOutbox {
            $events = $this->events();
            $hints = new Hints($this->settings(), $events, $this->hooks(), $this->clock, $this->platform);
            return new ShopOutbox($events, $this->deleted(), $hints, $this->platform, $this->query);
        });
    }

    public function hooks(): Hooks
    {
        return new Hooks($this->settings(), $this->sender, $this->clock);
    }

    public function wishes(): Wishes
    {
        return new Wishes($this->settings(), $this->hooks());
    }

    public function states(): States
    {
        return new States($this->query, new KnownRecords($this->query));
    }

    public function accounts(): ProductAccounts
    {
        return new ProductAccounts($this->query);
    }

    public function tables(): Tables
    {
        return new Tables($this->query);
    }

    /** Makes the tables, and settings with keys of their own where there are none. */
    public function install(): void
    {
        $this->tables()->make();
        $this->settings()->install();
    }

    public function uninstall(): void
    {
        $this->tables()->drop();
        $this->settings()->uninstall();
    }

    /** Does what the shop's own work does not need: where it fails, the shop's error log gets it, and the shop goes on. */
    public function quietly(callable $work): void
    {
        try {
            $work();
        } catch (Throwable $error) {
            $this->platform->log('Xero connector: ' . $error->getMessage());
        }
    }

    /** @return array<string, callable> */
    private function calls(): array
    {
        return [
            'probe' => function (): Probe {
                return $this->probe();
            },
            'orders' => function (): ListOrders {
                return new ListOrders(new OrderSelection($this->query), $this->orders(), $this->deleted());
            },
            'count' => function (): CountOrders {
                return new CountOrders(new LocalRecords(new OrderSelection($this->query), ['changed', 'placed']));
            },
            'customers' => function (): ListRecords {
                $read = [new Customers($this->query, $this->places(), $this->languages()), 'read'];
                $records = new LocalRecords(new CustomerSelection($this->query), ['placed']);
                return new ListRecords('customers', $records, $read);
            },
            'products' => function (): ListRecords {
                $read = [new Products($this->query, $this->facts(), $this->languages()), 'read'];
                $records = new LocalRecords(new ProductSelection($this->query), ['changed', 'placed']);
                return new ListRecords('products', $records, $read);
            },
            'stock' => function (): ListStock {
                return new ListStock($this->stock());
            },
            'events' => function (): ListEvents {
                return new ListEvents($this->events());
            },
        ] + $this->writingCalls();
    }

    /** @return array<string, callable> */
    private function writingCalls(): array
    {
        return [
            'order_condition' => function (): OrderCondition {
                return $this->condition();
            },
            'set_status' => function (): AddHistory {
                return new AddHistory($this->query, $this->platform, $this->condition(), true);
            },
            'add_comment' => function (): AddHistory {
                return new AddHistory($this->query, $this->platform, $this->condition(), false);
            },
            'set_stock' => function (): SetStock {
                return new SetStock($this->query, $this->stock(), $this->platform);
            },
            'sync_states' => function (): KeepStates {
                return new KeepStates($this->states());
            },
            'pair' => function (): Pair {
                return new Pair($this->settings(), $this->events(), $this->hooks(), $this->clock);
            },
            'unpair' => function (): Unpair {
                return new Unpair($this->settings());
            },
        ];
    }

    private function probe(): Probe
    {
        $shop = new Shop($this->query, $this->config, $this->languages());
        $methods = new Methods($this->query, $this->config, $this->platform);
        return new Probe($this->platform, $this->settings(), $shop, $methods, $this->events(), [
            'orders' => new OrderSelection($this->query),
            'products' => new ProductSelection($this->query),
            'customers' => new CustomerSelection($this->query),
        ]);
    }

    private function condition(): OrderCondition
    {
        return new OrderCondition($this->query, $this->languages());
    }

    private function orders(): Orders
    {
        $parts = new OrderParts($this->query, $this->schema(), $this->facts());
        $fields = new CustomFields($this->query, $this->languages());
        return new Orders($this->query, $parts, $this->places(), $this->languages(), $fields);
    }

    private function deleted(): DeletedOrders
    {
        return new DeletedOrders($this->query, $this->orders());
    }

    private function events(): Events
    {
        return new Events($this->query, $this->clock);
    }

    private function stock(): Stock
    {
        return new Stock($this->query, $this->schema(), $this->facts());
    }

    private function facts(): ProductFacts
    {
        return new ProductFacts($this->query, $this->schema(), $this->languages());
    }

    private function places(): Places
    {
        return new Places($this->query, $this->schema(), $this->languages());
    }

    private function languages(): Languages
    {
        return $this->once(Languages::class, function (): Languages {
            return new Languages($this->query, $this->config);
        });
    }

    private function schema(): Schema
    {
        return $this->once(Schema::class, function (): Schema {
            return new Schema($this->query);
        });
    }

    /** @return mixed */
    private function once(string $name, callable $make)
    {
        if (!isset($this->made[$name])) {
            $this->made[$name] = $make();
        }
        return $this->made[$name];
    }
}
